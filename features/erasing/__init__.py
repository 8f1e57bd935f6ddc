"""HOW THE FILES FORGET A PERSON: each store searched, whatever holds a trace written anew without it, the old removed at once."""
