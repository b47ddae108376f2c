"""What the household looks ahead with: its forecast, its tariff, what people announce, and the plan that follows."""
