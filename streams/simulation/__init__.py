"""Made-up traffic: ordinary days and known patterns hidden in them."""
