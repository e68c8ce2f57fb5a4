"""What an operator can mend: the one kind of exception that the command prints as a sentence, without a traceback."""


class OperatorError(Exception):
    """One sentence that says what is wrong and what to do."""
