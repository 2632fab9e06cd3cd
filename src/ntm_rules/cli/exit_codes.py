"""What the exit codes mean that every command has; those above 128 are the ones that shells have for signals."""

BAD_INPUT = 2
BAD_CELLS = 3
FAULT = 70
INTERRUPTED = 130
CLOSED_PIPE = 141

ALWAYS = (
    f"{BAD_INPUT} bad input or usage, or output that cannot be written; {FAULT} a fault of ntm-rules itself; "
    f"{INTERRUPTED} or 143 stopped from outside; {CLOSED_PIPE} nobody reads the output any more."
)
