"""What is remembered of connections by reminders: promises at their due time, and when to follow up."""
