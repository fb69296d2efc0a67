"""Real mail servers on loopback, and scripted ones for what real servers seldom do."""
