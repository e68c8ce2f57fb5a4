"""What follows from one parcel before any rule: its case, price, marks and limits."""
