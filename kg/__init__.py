"""Summaries of research papers as a knowledge graph: every triple with the sentence it came from."""
