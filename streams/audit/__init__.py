"""Audit: conservation, proved from the topics alone."""
