"""Every address: the API, the pages, the admin and what operators ask."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from exchange.api import operator
from exchange.api.reference import pages
from exchange.api.root import addresses

urlpatterns = [
    path("api/v1/", include((addresses(), "api"), namespace="api")),
    path("docs/api/", RedirectView.as_view(url="/docs/api", permanent=True)),
    path("docs/api", pages.index, name="api-reference"),
    path("docs/api/", include(pages.addresses())),
    path("admin/", admin.site.urls),
    path("healthz", operator.healthz),
    path("readyz", operator.readyz),
    path("metrics", operator.figures),
    path("", include("exchange.web.urls")),
]
handler400 = "exchange.web.errors.bad_request"
handler403 = "exchange.web.errors.permission_denied"
handler404 = "exchange.web.errors.page_not_found"
handler500 = "exchange.web.errors.server_error"
