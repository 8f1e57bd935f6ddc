"""WHAT A MANAGER READS: the reports that training wrote, said in words, a module a part of the page."""
