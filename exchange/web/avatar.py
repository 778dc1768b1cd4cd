"""Pictures of addresses: eight by eight blocks, mirrored, in three colours drawn from the address itself.

The generator is the xorshift of the "blockies" library, so the same address looks alike in other wallets.
"""

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from exchange.web.addresses import is_address

SIZE = 8
YEAR = 365 * 24 * 3600
_WORD = 0xFFFFFFFF


@dataclass(slots=True)
class _Random:
    """Four 32-bit words of xorshift state, seeded by the letters of the address."""

    words: list[int]

    @classmethod
    def seeded(cls, seed: str) -> "_Random":
        words = [0, 0, 0, 0]
        for at, letter in enumerate(seed):
            slot = at % 4
            words[slot] = ((words[slot] << 5) - words[slot] + ord(letter)) & _WORD
        return cls(words)

    def below(self, scale: int) -> int:
        """Return the next number; the library's own arithmetic makes it run to twice `scale`."""
        first = _signed(self.words[0])
        turned = first ^ _signed((first << 11) & _WORD)
        last = _signed(self.words[3])
        made = last ^ (last >> 19) ^ turned ^ (turned >> 8)
        self.words = [self.words[1], self.words[2], self.words[3], made & _WORD]
        return (made & _WORD) * scale // 0x80000000


def _signed(word: int) -> int:
    return word - 0x100000000 if word & 0x80000000 else word


def _colour(random: _Random) -> str:
    hue = random.below(360)
    saturation = 40 + random.below(60)
    light = sum(random.below(25) for _ in range(4))
    return f"hsl({hue % 360} {min(saturation, 100)}% {min(light, 85)}%)"


def draw(address: str) -> str:
    """Return the picture of `address` as a small SVG document."""
    random = _Random.seeded(address.lower())
    main, ground, spot = _colour(random), _colour(random), _colour(random)
    blocks: list[str] = []
    spots: list[str] = []
    for y in range(SIZE):
        half = [random.below(23) // 10 for _ in range(SIZE // 2)]
        for x, kind in enumerate(half + half[::-1]):
            if kind:
                (blocks if kind == 1 else spots).append(f"M{x} {y}h1v1h-1z")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}" shape-rendering="crispEdges">'
        f'<path fill="{ground}" d="M0 0h8v8H0z"/>'
        f'<path fill="{main}" d="{"".join(blocks)}"/><path fill="{spot}" d="{"".join(spots)}"/></svg>'
    )


@require_safe
def avatar(request: HttpRequest, address: str) -> HttpResponse:
    """Serve the picture of an address; it never changes, so browsers may keep it for a year."""
    if not is_address(address):
        raise Http404
    response = HttpResponse(draw(address), content_type="image/svg+xml")
    response["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    return response
