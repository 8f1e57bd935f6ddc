"""WHAT A NEW COMPANY FILE WOULD BE WORTH: logged decisions recalled as they stood, both files asked about them."""
