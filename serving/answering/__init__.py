"""WHAT IS SAID OF A CUSTOMER: part by part or in one flat row, with a warning for what is not known, and who asked noted."""
