"""The company file: what this business means by churn, stages, offers and limits, validated as a whole.

`read_company` reads a text and lists every fault with its line; `parse_rule` reads one rule over known names.
"""

from features.company.faults import CompanyInvalid, PlacedFault
from features.company.load import (
    CompanyDamaged,
    UnknownCompany,
    default_company_text,
    read_company,
    read_company_file,
    store_company,
    stored_company,
)
from features.company.rules import Rule, RuleColumnsMissing, RuleInvalid, parse_rule
from features.company.schema import Company
from features.company.terms import SCORE_NAMES

__all__ = [
    "SCORE_NAMES",
    "Company",
    "CompanyDamaged",
    "CompanyInvalid",
    "PlacedFault",
    "Rule",
    "RuleColumnsMissing",
    "RuleInvalid",
    "UnknownCompany",
    "default_company_text",
    "parse_rule",
    "read_company",
    "read_company_file",
    "store_company",
    "stored_company",
]
