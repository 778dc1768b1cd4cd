"""Pages and REST API, served by gunicorn: the same view costs a fraction of its price under ASGI."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from exchange.core.garbage import keep_what_is_loaded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "exchange.settings")

application = get_wsgi_application()
# The routes bring all views along, which the first request would wait for.
_ = get_resolver().url_patterns
keep_what_is_loaded()
