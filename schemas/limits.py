"""Every limit on what a carrier may send, by name.

A limit is part of the contract: carriers read this page, `docs/limits.md` is printed from it,
and each one is tested at the limit and one above.
"""

from typing import Final

RECORD_BYTES_MAX: Final = 8 * 1024 * 1024
"""A larger record is refused by the broker when it is published; one that slipped in is set aside unread."""

BATCH_BYTES_MAX: Final = 64 * 1024 * 1024
"""Decompressed size of one Kafka batch. Above it the worker refuses to unpack: a few kilobytes can hold gigabytes."""

BATCH_RECORDS_MAX: Final = 100_000
"""Records of one Kafka batch; above it the worker refuses to unpack."""

BATCH_FRAMES_MAX: Final = 10_000
"""Members, frames and blocks that the records of one Kafka batch are compressed in; above it the batch is set aside."""

BATCH_HEADERS_MAX: Final = 200_000
"""Headers of all records of one Kafka batch; above it the batch is set aside."""

HEADERS_PER_RECORD_MAX: Final = 1_000
"""Headers of one record; a record with more is set aside, before they are built."""

HEADER_BYTES_MAX: Final = 64 * 1024
"""Names and values of the headers of one record, with their lengths; a record with more is set aside, before they are
built.
"""

PARCELS_PER_MANIFEST_MAX: Final = 5_000
"""A manifest with more parcels is refused whole; split it by master bill or version."""

ITEMS_PER_MANIFEST_MAX: Final = 20_000
"""Lines of all parcels together; above it the manifest is refused whole, so that no manifest keeps the others
waiting.
"""

ITEMS_PER_PARCEL_MAX: Final = 50
"""A parcel with more lines is refused; group lines of the same goods."""

CONTAINERS_PER_MANIFEST_MAX: Final = 200
"""Container numbers of one manifest."""

ID_CHARS_MAX: Final = 64
"""Manifest number, order number, seller, platform, conveyance, supplier code."""

HOUSE_BILL_CHARS_MAX: Final = 35
"""A house bill's number (PACT guide 6.1)."""

NAME_WORDS_MAX: Final = 24
"""Words of a name that are compared with watch-lists; what follows is left out."""

NAME_WORDS_SEARCHED_MAX: Final = 8
"""Words of it, those that tell most, that candidates are looked for by."""

NAME_WORDS_JOINED_MAX: Final = 6
"""Words of a name that is also found when they are written as one."""

WATCHLIST_CANDIDATES_MAX: Final = 64
"""Listed names found by one key that are compared with a name."""

WATCHLIST_HITS_MAX: Final = 10
"""Entries of watch-lists that are told of one name, the most alike first."""

WATCHLIST_FOUND_MAX: Final = 2_000_000
"""Numbers of listed names that are remembered by the words of names seen before."""

WATCHLIST_NAMES_CACHED_MAX: Final = 50_000
"""Names whose answers are remembered."""

NAME_CHARS_MAX: Final = 200
"""Names of parties and brands."""

ADDRESS_CHARS_MAX: Final = 500
"""An address in one line."""

DESCRIPTION_CHARS_MAX: Final = 500
"""Description of one line of goods."""

INGREDIENTS_CHARS_MAX: Final = 2_000
"""Ingredients of one line of goods."""

GOODS_CHARS_PER_PARCEL_MAX: Final = 5_000
"""Characters of all descriptions, ingredients and brands of one parcel, those of texts in rare letters counted
twice; a parcel that says more is refused.
"""

URL_CHARS_MAX: Final = 2_000
"""A page's address."""

CODE_CHARS_MAX: Final = 20
"""Codes: country, currency, port, unit, phone, postcode, amounts."""

QUANTITY_MAX: Final = 1_000_000
"""Units in one line, packages in one parcel, millilitres in one piece."""

WEIGHT_G_MAX: Final = 100_000_000
"""Grams of a line or a parcel: a hundred tonnes."""

VERSION_MAX: Final = 1_000_000
"""Version of a manifest."""

AMOUNT_DIGITS_MAX: Final = 12
"""Digits before the decimal point of an amount."""

AMOUNT_SCALE_MAX: Final = 4
"""Digits after the decimal point of an amount."""

CONSIGNEE_CHANGES_MAX: Final = 16
"""How often amendments may give one house bill another consignee; then cancel it and lodge a new one."""

UNKNOWN_FIELDS_NAMED_MAX: Final = 5
"""How many unknown fields of one object an INFO finding names."""

EVIDENCE_CHARS_MAX: Final = 120
"""Characters of what was found that a finding quotes."""

FINDINGS_PER_PARCEL_MAX: Final = 50
"""Findings kept of one parcel; the last then says how many more there were."""

FINDINGS_PER_MANIFEST_MAX: Final = 10_000
"""Findings kept of one manifest; beyond, each parcel keeps its first."""

CONSIGNEE_PARCELS_MAX: Final = 500
"""Parcels remembered of one consignee; beyond, the oldest are forgotten."""

CONSIGNEE_WAITING_BYTES_MAX: Final = 512 * 1024
"""What is kept of one consignee's parcels that wait for customs' answer; a parcel beyond it stays held until it is
amended.
"""

CONSIGNEE_ANSWERS_MAX: Final = 8
"""Answers of customs remembered of one consignee; beyond, the oldest are forgotten."""

LINK_PARCELS_MAX: Final = 128
"""Parcels remembered of one address, phone or seller; beyond, the oldest are forgotten, and counts are of the
latest.
"""

LINK_BANDS_MAX: Final = 20_000
"""Kinds of goods, by HS subheading, unit and weight, and with name and brand, whose prices one partition remembers;
beyond, those not seen for the most days are forgotten.
"""

EVIDENCE_PARCELS_MAX: Final = 20
"""House bills of further parcels that a security case names."""

CHOSEN_PER_SHIFT_MAX: Final = 5_000
"""Parcels chosen for inspection that one partition remembers of a site's shift; beyond, an amendment may be chosen
anew.
"""

SHIFTS_PER_SITE_MAX: Final = 128
"""Shifts of a site that are remembered; beyond, the oldest is forgotten."""

REFERENCE_LEAD_MS: Final = 5_000
"""A change of reference data counts for manifests that arrive so much later than the change, so that every worker
knows it in time.
"""

REFERENCE_ROWS_MAX: Final = 100_000
"""Rows of one change of reference data; above it `tonggwan reference load` refuses."""
