"""What is remembered between records: of carriers, consignees, links and inspections."""
