"""What a CRM takes back: every customer's predictions in the files of its bulk interface, by a mapping of columns to fields."""
