"""Every page's address. Live fragments lie under the page they belong to."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, path, register_converter

from exchange.web import (
    after_trade,
    arbiter,
    avatar,
    badges,
    demo,
    dispute,
    docs,
    gallery,
    leaving,
    market,
    my_offers,
    notification_settings,
    notifications,
    offer,
    offer_form,
    offer_preview,
    people,
    plain_pages,
    profile,
    push_worker,
    searches,
    settings_page,
    settings_tokens,
    settings_webhooks,
    signin,
    stats,
    take,
    trade_room,
    trades,
)


class SideConverter:
    """`buy` or `sell`: what the reader wants to do."""

    regex = "buy|sell"

    def to_python(self, value: str) -> str:
        """Return the side."""
        return value

    def to_url(self, value: str) -> str:
        """Return the side."""
        return value


class RegardConverter(SideConverter):
    """What a reader thinks of a trader."""

    regex = "block|trust|forget"


register_converter(SideConverter, "side")
register_converter(RegardConverter, "regard")
PAIR = "<side:side>/<slug:asset>/<slug:currency>"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", market.home, name="home"),
    path("market", market.find, name="market-find"),
    path("market/price/<slug:asset>/<slug:currency>", market.price, name="market-price"),
    path(f"market/news/{PAIR}", market.news, name="market-news"),
    path(PAIR, market.market, name="market"),
    path("searches/save", searches.save, name="search-save"),
    path("searches/<int:search_id>/delete", searches.delete, name="search-delete"),
    path("offers/new", offer_form.new, name="offer-new"),
    path("offers/preview", offer_preview.preview, name="offer-preview"),
    path("offers/drafts/<slug:code>/delete", offer_preview.delete, name="draft-delete"),
    path("offers/<slug:code>", offer.offer, name="offer"),
    path("offers/<slug:code>/quote", offer.quote, name="offer-quote"),
    path("offers/<slug:code>/take", take.take, name="offer-take"),
    path("offers/<slug:code>/edit", offer_form.edit, name="offer-edit"),
    path("offers/<slug:code>/switch/<slug:deed>", my_offers.switch, name="offer-switch"),
    path("me/badges/<slug:what>/<slug:where>", badges.badge, name="badge"),
    path("me/offers", my_offers.my_offers, name="my-offers"),
    path("me/offers/switch", my_offers.switch_several, name="my-offers-switch"),
    path("me/break", my_offers.take_break, name="my-break"),
    path("trades", trades.my_trades, name="trades"),
    path("trades/<slug:code>", trade_room.room, name="trade"),
    path("trades/<slug:code>/head", trade_room.fragment, {"part": "head"}, name="trade-head"),
    path("trades/<slug:code>/card", trade_room.fragment, {"part": "card"}, name="trade-card"),
    path("trades/<slug:code>/proof", trade_room.fragment, {"part": "proof"}, name="trade-proof"),
    path("trades/<slug:code>/details", trade_room.fragment, {"part": "details"}, name="trade-details"),
    path("trades/<slug:code>/doors", trade_room.fragment, {"part": "doors"}, name="trade-doors"),
    path("trades/<slug:code>/after", trade_room.fragment, {"part": "after"}, name="trade-after"),
    path("trades/<slug:code>/decline", trade_room.decline, name="trade-decline"),
    path("trades/<slug:code>/cancel", trade_room.cancel, name="trade-cancel"),
    path("trades/<slug:code>/receipt", after_trade.receipt, name="receipt"),
    path("trades/<slug:code>/receipt.pdf", after_trade.receipt_pdf, name="receipt-pdf"),
    path("trades/<slug:code>/feedback", after_trade.give_feedback, name="trade-feedback"),
    path("trades/<slug:code>/more-time", after_trade.give_time, name="trade-more-time"),
    path("receipts/<str:token>", after_trade.check_receipt, name="receipt-check"),
    path("feedback/<int:feedback_id>/reply", after_trade.reply, name="feedback-reply"),
    path("trades/<slug:code>/dispute", dispute.dispute, name="dispute"),
    path("trades/<slug:code>/dispute/case", dispute.case_fragment, name="dispute-case"),
    path("trades/<slug:code>/exit", leaving.trade, name="trade-exit"),
    path("trades/<slug:code>/exit/page", leaving.kit_page, name="trade-exit-page"),
    path("trades/<slug:code>/exit/kit", leaving.kit_json, name="trade-exit-kit"),
    path("exit", leaving.about, name="exit"),
    path("exit/page", leaving.blank, name="exit-page"),
    path("arbiter", arbiter.queue, name="arbiter"),
    path("arbiter/cases/<slug:code>", arbiter.case_file, name="arbiter-case"),
    path("arbiter/cases/<slug:code>/claim", arbiter.claim, name="arbiter-claim"),
    path("arbiter/cases/<slug:code>/material", arbiter.material, name="arbiter-material"),
    path("arbiter/cases/<slug:code>/ask", arbiter.ask, name="arbiter-ask"),
    path("arbiter/cases/<slug:code>/recuse", arbiter.recuse, name="arbiter-recuse"),
    path("u/<str:who>", profile.profile, name="profile"),
    path("u/<str:who>/report", people.report, name="report"),
    path("u/<str:who>/<regard:deed>", people.regard, name="regard"),
    path("notifications", notifications.notifications, name="notifications"),
    path("notifications/read", notifications.mark_read, name="notifications-read"),
    path("notifications/settings", notification_settings.show, name="notification-settings"),
    path("notifications/settings/save", notification_settings.save, name="notification-settings-save"),
    path("notifications/settings/email", notification_settings.set_email, name="notification-settings-email"),
    path(
        "notifications/settings/test/<slug:channel>",
        notification_settings.try_channel,
        name="notification-settings-test",
    ),
    path(
        "notifications/settings/browsers/<int:number>/forget",
        notification_settings.forget_browser,
        name="notification-settings-forget",
    ),
    path("notifications/confirm/<str:token>", notification_settings.confirm, name="notifications-confirm"),
    path("notifications/stop/<str:token>", notification_settings.stop, name="notifications-stop"),
    path("push/worker.js", push_worker.script, name="push-worker"),
    path("push/line", push_worker.line, name="push-line"),
    path("signin", signin.signin, name="signin"),
    path("signout", signin.signout, name="signout"),
    path("theme", signin.theme, name="theme"),
    path("settings", settings_page.settings, name="settings"),
    path("settings/name", settings_page.rename, name="settings-name"),
    path("settings/tokens", settings_tokens.tokens, name="settings-tokens"),
    path("settings/tokens/<int:token_id>/revoke", settings_tokens.revoke_token, name="settings-token-revoke"),
    path("settings/webhooks", settings_webhooks.webhooks, name="settings-webhooks"),
    path("settings/webhooks/<int:webhook_id>", settings_webhooks.webhook, name="settings-webhook"),
    path("settings/webhooks/<int:webhook_id>/<slug:deed>", settings_webhooks.act, name="settings-webhook-act"),
    path(
        "settings/webhooks/<int:webhook_id>/again/<slug:message_id>",
        settings_webhooks.send_again,
        name="settings-webhook-again",
    ),
    path("settings/people", people.people, name="settings-people"),
    path("settings/sessions/end", settings_page.end_sessions, name="settings-end-sessions"),
    path("stats", stats.home, name="stats"),
    path("stats/find", stats.find, name="stats-find"),
    path("stats/<slug:asset>/<slug:currency>", stats.stats, name="stats-pair"),
    path("stats/<slug:asset>/<slug:currency>/<slug:key>.csv", stats.table, name="stats-csv"),
    path("docs", docs.index, name="docs"),
    path("docs/guides/<slug:slug>", docs.guide, name="guide"),
    path("docs/how-it-works", plain_pages.how, name="how"),
    path("avatar/<str:address>.svg", avatar.avatar, name="avatar"),
    path("favicon.svg", plain_pages.favicon, name="favicon"),
]
if settings.DEMO:
    urlpatterns += demo.urlpatterns
if settings.DEMO or settings.DEBUG:
    urlpatterns += [path("dev/components", gallery.components, name="components")]
