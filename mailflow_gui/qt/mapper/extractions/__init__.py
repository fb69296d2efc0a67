"""Extractions on the mapper's page: groups in the source tree, and a panel in which one is edited beside what it finds in the sample."""
