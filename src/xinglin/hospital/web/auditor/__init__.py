"""The auditor's desk: findings to decide, the fund, the rules in force."""
