"""Rules of a company: conditions of the SQL WHERE kind over known names, a closed list of them, true, false or unknown."""

from features.rules.parsing import RuleInvalid
from features.rules.rule import Rule, RuleColumnsMissing, parse_rule

__all__ = ["Rule", "RuleColumnsMissing", "RuleInvalid", "parse_rule"]
