"""Tests of finding the servers of a mail address, against DNS, HTTPS and mail servers on this machine."""
