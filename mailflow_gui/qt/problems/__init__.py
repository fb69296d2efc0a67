"""Problems: what keeps the open flow from running well, found while it is drawn."""
