"""Build scripts: derived pages, reference tables, figures. Nothing here runs in production."""
