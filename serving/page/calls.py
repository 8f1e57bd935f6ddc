"""WHICH PAGES EXIST: one row each; who may open one is declared on its handler, as for every route."""

from __future__ import annotations

from typing import NamedTuple

from serving.door.access import Handler
from serving.page import customer, granting, manager, nowhere, outcomes, sign_in, work_list
from serving.page.frame import static_files
from serving.page.frame.route import SIGN_IN
from serving.page.offering import mark


class DeclaredPage(NamedTuple):
    """One page, or one form of a page."""

    method: str
    path: str
    handler: Handler


PAGES: tuple[DeclaredPage, ...] = (
    DeclaredPage("GET", "/", sign_in.start_page),
    DeclaredPage("GET", "/page", sign_in.start_page),
    DeclaredPage("GET", work_list.WORK_LIST, work_list.work_list_page),
    DeclaredPage("GET", customer.CUSTOMER, customer.customer_page),
    DeclaredPage("GET", mark.MARK, mark.customer_mark),
    DeclaredPage("POST", outcomes.OUTCOMES, outcomes.tell_outcome),
    DeclaredPage("POST", outcomes.UNDO, outcomes.undo),
    DeclaredPage("POST", granting.RECOVERIES, granting.grant_recovery),
    DeclaredPage("GET", outcomes.OUTCOMES, nowhere.customer_again),
    DeclaredPage("GET", outcomes.UNDO, nowhere.customer_again),
    DeclaredPage("GET", granting.RECOVERIES, nowhere.customer_again),
    DeclaredPage("GET", manager.MANAGER, manager.manager_page),
    DeclaredPage("GET", SIGN_IN, sign_in.sign_in_page),
    DeclaredPage("POST", SIGN_IN, sign_in.sign_in),
    DeclaredPage("POST", sign_in.SIGN_OUT, sign_in.sign_out),
    DeclaredPage("POST", sign_in.LANGUAGE, sign_in.language),
    DeclaredPage("GET", static_files.STATIC_FILE, static_files.static_file),
    DeclaredPage("GET", nowhere.ANYTHING_ELSE, nowhere.no_such_page),
)
