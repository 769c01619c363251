"""WHEN and WHERE the stages run, and what can be proved of it. Never WHAT they compute."""
