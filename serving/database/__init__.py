"""The operational database: what people and machines told us, and who may ask."""
