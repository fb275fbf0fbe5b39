"""What XML 1.0 can hold."""

import re

NOT_XML = re.compile(r"[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")
"""Characters that XML 1.0 has no way to write; exports put U+FFFD in their place."""
