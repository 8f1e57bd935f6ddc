"""HOW REPORTS LOOK TO PEOPLE: pages that hold all they show, each picture beside the figures it was drawn from."""

from training.pages.page import Chapter, Exhibit, Page, write_page

__all__ = ["Chapter", "Exhibit", "Page", "write_page"]
