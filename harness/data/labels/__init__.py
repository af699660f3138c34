"""The label table: spreadsheets, grades, and the patients that a recipe chooses."""
