"""HOW A PERSON IS ERASED: named at once in file and table, removed from every store, certified; and kept out afterwards."""
