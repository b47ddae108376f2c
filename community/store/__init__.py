"""What the operator keeps: functions on a connection, run in transactions."""
