"""What makes training fast on a CPU: compiled loops, packed rows, attention and bf16 maps."""
