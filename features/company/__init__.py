"""The company file: what this business means by churn, stages, offers and limits, validated as a whole.

`read_company` reads a text and lists every fault with its line.
"""

from features.company.load import (
    CompanyDamaged,
    CompanyInvalid,
    UnknownCompany,
    default_company_text,
    read_company,
    read_company_file,
    store_company,
    stored_company,
)
from features.company.schema import Company
from features.company.terms import SCORE_NAMES

__all__ = [
    "SCORE_NAMES",
    "Company",
    "CompanyDamaged",
    "CompanyInvalid",
    "UnknownCompany",
    "default_company_text",
    "read_company",
    "read_company_file",
    "store_company",
    "stored_company",
]
