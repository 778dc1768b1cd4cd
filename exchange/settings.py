"""One settings file for every place Parley runs in; a URL in the environment selects each backend.

Nothing set: the embedded default that `manage.py up` starts. `DEPLOY=1`: production; see `checks.py`.
"""

from pathlib import Path

import django_stubs_ext
from csp.constants import NONE, SELF

from exchange import env

# Makes Django's generic classes subscriptable: `ModelAdmin[Offer]`.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
PARLEY_HOME = env.HOME
env.load_runtime(PARLEY_HOME / "runtime.env")

# --- Where are we ---------------------------------------------------------------------------------------------------
DEPLOY = env.flag("DEPLOY", default=False)
DEBUG = env.flag("DEBUG", default=False)
SITE_NAME = env.text("SITE_NAME", "Parley")
SITE_URL = env.text("SITE_URL", f"http://localhost:{env.number('PORT', 8000)}")
SECRET_KEY = env.text("SECRET_KEY", None if DEPLOY else "embedded-default-not-for-deployment-0123456789abcdef")
ALLOWED_HOSTS = env.items("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.items("CSRF_TRUSTED_ORIGINS", SITE_URL)

# --- The chain ------------------------------------------------------------------------------------------------------
CHAIN_ID = env.number("CHAIN_ID", 31337, least=1)
CHAIN_NAME = env.text("CHAIN_NAME", "Local chain" if CHAIN_ID == 31337 else f"Chain {CHAIN_ID}")
CHAIN_RPC_URLS = env.items("CHAIN_RPC_URLS", "http://127.0.0.1:8545")
PUBLIC_RPC_URL = env.text("PUBLIC_RPC_URL", CHAIN_RPC_URLS[0])
CHAIN_EXPLORER_URL = env.text("CHAIN_EXPLORER_URL", "")
ESCROW_ADDRESS = env.text("ESCROW_ADDRESS", "")
# Several contracts, or several chains, side by side: TOML, see escrow/registry.py. Then ESCROW_ADDRESS is not read.
ESCROWS = env.text("ESCROWS", "")
# Blocks that must stand on an event, its own included, before the product acts on it.
CONFIRMATIONS = env.number("CONFIRMATIONS", 1 if CHAIN_ID == 31337 else 12, least=1, most=1000)
# The hash of the chain's first block, which every node must show; empty: what the first node showed counts.
CHAIN_GENESIS_HASH = env.text("CHAIN_GENESIS_HASH", "")
# How long one read from a node may take, and how long a node that failed is asked last, doubled each time; seconds.
CHAIN_READ_SECONDS = env.number("CHAIN_READ_SECONDS", 15, least=1)
CHAIN_ASIDE_SECONDS = env.number("CHAIN_ASIDE_SECONDS", 10, least=1)
# How often the indexer asks a node without a push connection, milliseconds.
INDEXER_POLL_MS = env.number("INDEXER_POLL_MS", 200 if CHAIN_ID == 31337 else 2000, least=50)
ARBITER_ADDRESS = env.text("ARBITER_ADDRESS", "0x90F79bf6EB2c4f870365E785982E1f101E93b906" if CHAIN_ID == 31337 else "")
# Trades of more than so many coins (`ETH=5,USDC=10000`) name a Safe as arbiter, of whose owners several must sign.
PANEL_ADDRESS = env.text("PANEL_ADDRESS", "")
PANEL_ABOVE = env.amounts("PANEL_ABOVE")
FEE_RECIPIENT = env.text("FEE_RECIPIENT", "0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65" if CHAIN_ID == 31337 else "")
FEE_BPS = env.number("FEE_BPS", 50, most=100)
# What the keeper may spend on gas, so that relaying cannot be used to drain it: a rolling hour, wei.
KEEPER_RELAYS_PER_HOUR = env.number("KEEPER_RELAYS_PER_HOUR", 30, least=1)
KEEPER_ACCOUNT_WEI_PER_HOUR = env.number("KEEPER_ACCOUNT_WEI_PER_HOUR", 10**17)
KEEPER_WEI_PER_HOUR = env.number("KEEPER_WEI_PER_HOUR", 10**18)
# Beyond this price waiting is better than paying.
KEEPER_MAX_FEE_GWEI = env.number("KEEPER_MAX_FEE_GWEI", 500, least=1)
# What exit kits are signed with; holds no coins. Without it they are not signed.
NODE_KEY = env.text("NODE_KEY", "")
# Play money: demo wallets, demo people and the seeded price walk exist only here.
DEMO = env.flag("DEMO", default=not DEPLOY and CHAIN_ID == 31337) and CHAIN_ID == 31337
# Finished trades that a fresh demo begins with.
DEMO_TRADES = env.number("DEMO_TRADES", 60)

# --- Trading rules (seconds, basis points) --------------------------------------------------------------------------
LOCK_WINDOW = env.number("LOCK_WINDOW", 30 * 60, least=60)
# The buyer's deadline on screen ends this long before `payBy` on chain, so that a relayed markPaid is still mined.
PAY_MARGIN = env.number("PAY_MARGIN", 15 * 60)
APPROVAL_WINDOW = env.number("APPROVAL_WINDOW", 15 * 60, least=60)
MAX_OPEN_TAKES = env.number("MAX_OPEN_TAKES", 5, least=1)
PRICE_MAX_AGE = env.number("PRICE_MAX_AGE", 60, least=1)
PRICE_TOLERANCE_BPS = env.number("PRICE_TOLERANCE_BPS", 50)
# How long a page of the book may be served again to strangers, milliseconds (exchange/offers/kept.py).
BOOK_KEPT_MS = env.number("BOOK_KEPT_MS", 700, most=750)
# Adapters of exchange/prices/sources (docs/prices.md); with none, offers that follow the market are paused.
PRICE_SOURCES = env.items("PRICE_SOURCES", "demo" if DEMO else "")
PRICE_PAIRS = env.items("PRICE_PAIRS", "ETH/USD,ETH/EUR")
PRICE_URLS = env.items("PRICE_URLS")  # another address for an exchange: kraken=https://...
PRICE_FEEDS = env.items("PRICE_FEEDS")  # ETH/USD=0x...
PRICE_FEED_CHAIN_ID = env.number("PRICE_FEED_CHAIN_ID", CHAIN_ID, least=1)
PRICE_FEED_RPC_URLS = env.items("PRICE_FEED_RPC_URLS") or CHAIN_RPC_URLS
PRICE_FEED_HEARTBEAT = env.number("PRICE_FEED_HEARTBEAT", 3900, least=1)
# A price that moves further at once is used only after it has stood for so many seconds.
PRICE_JUMP_BPS = env.number("PRICE_JUMP_BPS", 2000, least=1)
PRICE_JUMP_SECONDS = env.number("PRICE_JUMP_SECONDS", 120)
# Reference rates between currencies are made on working days: Easter leaves five days without one.
RATE_SOURCES = env.items("RATE_SOURCES")
RATE_URLS = env.items("RATE_URLS")  # name=https://...; ecb is known
RATE_MAX_AGE = env.number("RATE_MAX_AGE", 6 * 24 * 3600, least=60)

# Calls a minute by name (exchange/api/throttle.py), as `reads=1200,writes=240`; what is not named keeps its default.
API_LIMITS = {name: int(most) for name, _, most in (part.partition("=") for part in env.items("API_LIMITS"))}
# Webhooks may call http and any port on this machine: for the demo and for tests; everything else inside stays refused.
WEBHOOKS_MAY_BE_LOCAL = env.flag("WEBHOOKS_MAY_BE_LOCAL", default=DEMO) and not DEPLOY
TURN_URLS = env.items("TURN_URLS")  # relays for calls and the secret they share with us: docs/calls.md
TURN_SECRET = env.text("TURN_SECRET", "")

# --- Django ---------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "exchange",
    "exchange.core",
    "exchange.accounts",
    "exchange.catalog",
    "exchange.prices",
    "exchange.offers",
    "exchange.trades",
    "exchange.chat",
    "exchange.disputes",
    "exchange.reputation",
    "exchange.moderation",
    "exchange.notifications",
    "exchange.webhooks",
    "exchange.web",
    "exchange.api",
    "exchange.realtime",
    "escrow",
    "channels",
    "csp",
    "django_htmx",
    "django_structlog",
    "exchange.accounts.admin_app.WalletAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "exchange.web.middleware.DomainErrorMiddleware",
]
ROOT_URLCONF = "exchange.urls"
WSGI_APPLICATION = "exchange.wsgi.application"
ASGI_APPLICATION = "exchange.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "exchange.web.context.shell",
            ],
            "builtins": ["exchange.web.templatetags.parley"],
        },
    }
]

# --- PostgreSQL -----------------------------------------------------------------------------------------------------
# Without an address only commands that need no database work: `manage.py up`, `help`, the type checker.
_database = env.database(default=None if DEPLOY else "postgresql://postgres@127.0.0.1/parley")
_options: dict[str, object] = dict(_database["OPTIONS"])  # type: ignore[call-overload]
# A request that cannot get what it needs fails soon and clearly instead of holding others up (milliseconds).
_options["options"] = "-c statement_timeout=15000 -c lock_timeout=5000 -c idle_in_transaction_session_timeout=30000"
# Only the book's query is prepared, where it says so (psycopg needs a threshold for that; below this one it would
# prepare others too). Its plan must not depend on which price or amount happened to come first.
_options["prepare_threshold"] = 2**31 - 1
_options["options"] = f"{_options['options']} -c plan_cache_mode=force_generic_plan"
_options["pool"] = {"min_size": 1, "max_size": env.number("DATABASE_POOL", 16, least=2), "timeout": 10}
# A connection is tried before it is used: after a restart of PostgreSQL the first request must not pay for it.
DATABASES = {"default": {**_database, "OPTIONS": _options, "CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": True}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Redis: cache, hints, broker. Nothing that matters lives only here ----------------------------------------------
REDIS_URL = env.text("REDIS_URL", "redis://127.0.0.1:6379/0")
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
CHANNEL_LAYERS = {
    "default": {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": [REDIS_URL]}}
}
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_TIME_LIMIT = 120
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A task is a hint: with Redis away a commit must not wait for it, the sweep finds the work.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
    "socket_connect_timeout": 1,
}
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "dispatch the outbox": {"task": "exchange.core.tasks.dispatch_outbox", "schedule": 2.0},
    "read prices": {"task": "exchange.prices.tasks.read_prices", "schedule": 5.0},
    "read reference rates": {"task": "exchange.prices.tasks.read_rates", "schedule": 60.0},
    "turn offers that are due": {"task": "exchange.offers.tasks.turn_due", "schedule": 5.0},
    "reckon formulas": {"task": "exchange.offers.tasks.reckon_formulas", "schedule": 2.0},
    "forget changes of the book": {"task": "exchange.offers.tasks.forget_changes", "schedule": 60.0},
    "forget old drafts": {"task": "exchange.offers.tasks.forget_sketches", "schedule": 3600.0},
    "project chain events": {"task": "exchange.trades.tasks.project_events", "schedule": 2.0},
    "remind of deadlines": {"task": "exchange.notifications.tasks.remind", "schedule": 20.0},
    "watch told transactions": {"task": "exchange.trades.tasks.watch_transactions", "schedule": 4.0},
    "close what is overdue": {"task": "exchange.trades.tasks.close_overdue", "schedule": 5.0},
    "forget old records": {"task": "exchange.core.tasks.forget_old_records", "schedule": 3600.0},
    "forget spent credentials": {"task": "exchange.accounts.tasks.forget_spent_credentials", "schedule": 3600.0},
    "forget old answers": {"task": "exchange.api.tasks.forget_answers", "schedule": 3600.0},
    "forget unfinished uploads": {"task": "exchange.chat.tasks.forget_unfinished_uploads", "schedule": 3600.0},
    "deliver webhooks": {"task": "exchange.webhooks.tasks.deliver_webhooks", "schedule": 2.0},
    "forget webhook deliveries": {"task": "exchange.webhooks.tasks.forget_deliveries", "schedule": 3600.0},
    "lift what has ended": {"task": "exchange.moderation.tasks.lift_what_has_ended", "schedule": 10.0},
    "thin price history": {"task": "exchange.prices.tasks.thin_history", "schedule": 3600.0},
}

# --- People ---------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.Account"
AUTHENTICATION_BACKENDS = ["exchange.accounts.backends.WalletBackend"]
LOGIN_URL = "signin"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_NAME = "parley_session"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "parley_csrf"
CSRF_FAILURE_VIEW = "exchange.web.errors.csrf_failure"

# --- Pages ----------------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = PARLEY_HOME / "static" if not DEPLOY else Path(env.text("STATIC_ROOT", str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [("parley", BASE_DIR / "exchange" / "static" / "parley")]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if DEPLOY
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not DEPLOY
WHITENOISE_AUTOREFRESH = not DEPLOY

# --- Safety ---------------------------------------------------------------------------------------------------------
_websocket = SITE_URL.replace("http", "ws", 1)
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        **{name: [SELF] for name in ("script-src", "style-src", "font-src", "manifest-src", "worker-src")},
        **{name: [SELF] for name in ("form-action", "frame-ancestors", "frame-src")},
        "img-src": [SELF, "data:"],
        "connect-src": [SELF, _websocket],
        "base-uri": [NONE],
        "require-trusted-types-for": ["'script'"],
        "trusted-types": ["parley", "htmx"],
    }
}
X_FRAME_OPTIONS = "SAMEORIGIN"
# Not "no-referrer": browsers would send `Origin: null` with every form, and the CSRF check rightly refuses that.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = DEPLOY
SECURE_SSL_REDIRECT = DEPLOY
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if DEPLOY else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = DEPLOY
# Declared only when a reverse proxy of ours sets the header; else a client could forge its address.
TRUST_PROXY = env.flag("TRUST_PROXY", default=False)
if TRUST_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200

# --- Mail and logs --------------------------------------------------------------------------------------------------
globals().update(env.mail())
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM", f"{SITE_NAME} <no-reply@localhost>")
# Hosts that may be asked to wake a browser: a subscription's address comes from the browser, so only these are called.
PUSH_SERVICES = env.items(
    "PUSH_SERVICES",
    "fcm.googleapis.com,*.push.services.mozilla.com,*.notify.windows.com,*.push.apple.com",
)
PUSH_CONTACT = env.text("PUSH_CONTACT", "mailto:operator@localhost")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "exchange.core.logs.formatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.text("LOG_LEVEL", "INFO")},
    "loggers": {name: {"level": "WARNING"} for name in ("django.server", "httpx", "django_structlog", "fontTools")},
}
