"""How the API is described to others: what its members mean, older renderings for CRM importers, and pages to try it on."""
