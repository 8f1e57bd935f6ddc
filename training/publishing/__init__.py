"""FROM CANDIDATE TO LIVE: gates, promotion, rollback, predictions for every customer, the pointer and the ledger."""
