def draw(*a): pass
def markdown(r): return ""
