"""Reports of many pages made of text, tables and figures; as one HTML file and as PDF, from the same blocks."""
