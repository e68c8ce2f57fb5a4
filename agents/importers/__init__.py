"""Who imports: the register of importers, how a consignee is compared with it, and what customs is asked."""
