// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/windowsettings.h"

#include "core/explain/cammethods.h"
#include "core/explain/colormap.h"
#include "core/review/reviewsession.h"
#include "ui/theme.h"
#include "ui/views/overlayview.h"

#include <QMainWindow>
#include <QScreen>
#include <QSettings>

#include <algorithm>

namespace birblens::settings {

namespace {

constexpr int kLayoutVersion = 1; ///< another number forgets stored dock layouts
constexpr int kRecent = 8;

QString keyOf(Kind kind, const char *group)
{
    return QLatin1String(group) +
           (kind == Kind::Day ? QLatin1String("/day") : QLatin1String("/model"));
}

} // namespace

void saveWindow(const QMainWindow &window, const OverlayView &view, const ReviewSession &session)
{
    QSettings s = makeSettings();
    s.setValue(QStringLiteral("window/geometry"), window.saveGeometry());
    s.setValue(QStringLiteral("window/state"), window.saveState(kLayoutVersion));
    s.setValue(QStringLiteral("view/mode"), static_cast<int>(view.mode()));
    s.setValue(QStringLiteral("explain/method"), session.explain().method());
    const HeatStyle &style = session.explain().heatStyle();
    s.setValue(QStringLiteral("heat/colorMap"), style.colorMap);
    s.setValue(QStringLiteral("heat/alpha"), style.alpha);
    s.setValue(QStringLiteral("heat/scale"), static_cast<int>(style.scale));
    s.setValue(QStringLiteral("heat/stretch"), style.align == Alignment::Stretch);
    s.setValue(QStringLiteral("explain/strip"), static_cast<int>(session.explain().strip()));
    s.setValue(QStringLiteral("visits/gap"), session.eventGap());
    s.setValue(QStringLiteral("heat/low"), style.fixed.low);
    s.setValue(QStringLiteral("heat/high"), style.fixed.high);
}

bool restoreWindow(QMainWindow &window, OverlayView &view, ReviewSession &session)
{
    const QSettings s = makeSettings();
    HeatStyle style = session.explain().heatStyle();
    const QString map = s.value(QStringLiteral("heat/colorMap"), style.colorMap).toString();
    if (colorMapNames().contains(map))
        style.colorMap = map;
    style.alpha =
        std::clamp(s.value(QStringLiteral("heat/alpha"), style.alpha).toDouble(), 0.0, 1.0);
    style.scale =
        static_cast<ScaleMode>(std::clamp(s.value(QStringLiteral("heat/scale"), 0).toInt(), 0, 2));
    if (s.value(QStringLiteral("heat/stretch"), false).toBool())
        style.align = Alignment::Stretch;
    session.explain().setStrip(static_cast<ExplainState::Strip>(
        std::clamp(s.value(QStringLiteral("explain/strip"), 1).toInt(), 0, 2)));
    session.setEventGap(std::clamp(
        s.value(QStringLiteral("visits/gap"), session.eventGap()).toDouble(), 1.0, 86400.0));
    const float low = s.value(QStringLiteral("heat/low"), style.fixed.low).toFloat();
    const float high = s.value(QStringLiteral("heat/high"), style.fixed.high).toFloat();
    if (low < high)
        style.fixed = {low, high};
    session.explain().setHeatStyle(style);
    const QString method = s.value(QStringLiteral("explain/method")).toString();
    if (findCamMethod(method))
        session.explain().setMethod(method);
    view.setMode(static_cast<OverlayView::Mode>(
        std::clamp(s.value(QStringLiteral("view/mode"), 0).toInt(), 0, 2)));
    const bool placed =
        window.restoreGeometry(s.value(QStringLiteral("window/geometry")).toByteArray());
    // Another screen, or another font: what it was then may not fit now.
    const QSize room = window.screen()->availableSize() - QSize(0, 4 * kUnit);
    if (!window.isMaximized() && !window.isFullScreen())
        window.resize(window.size().boundedTo(room));
    return window.restoreState(s.value(QStringLiteral("window/state")).toByteArray(),
                               kLayoutVersion) &&
           placed;
}

QStringList recent(Kind kind)
{
    return makeSettings().value(keyOf(kind, "recent")).toStringList();
}

void addRecent(Kind kind, const QString &path)
{
    QStringList paths = recent(kind);
    paths.removeAll(path);
    paths.prepend(path);
    makeSettings().setValue(keyOf(kind, "recent"), QStringList(paths.mid(0, kRecent)));
}

void clearRecent(Kind kind)
{
    makeSettings().remove(keyOf(kind, "recent"));
}

QString last(Kind kind)
{
    return makeSettings().value(keyOf(kind, "last")).toString();
}

void setLast(Kind kind, const QString &path)
{
    makeSettings().setValue(keyOf(kind, "last"), path);
}

QStringList dayFolders()
{
    return makeSettings().value(QStringLiteral("day/folders")).toStringList();
}

void setDayFolders(const QStringList &folders)
{
    makeSettings().setValue(QStringLiteral("day/folders"), folders);
}

QString lastFrame(const QString &dayFolder)
{
    const QStringList known = makeSettings().value(QStringLiteral("day/frames")).toStringList();
    for (qsizetype i = 0; i + 1 < known.size(); i += 2) {
        if (known[i] == dayFolder)
            return known[i + 1];
    }
    return {};
}

void setLastFrame(const QString &dayFolder, const QString &key)
{
    constexpr qsizetype most = 2 * 200;
    QSettings s = makeSettings();
    QStringList known = s.value(QStringLiteral("day/frames")).toStringList(); // folder, frame, ...
    for (qsizetype i = 0; i + 1 < known.size(); i += 2) {
        if (known[i] == dayFolder) {
            known.remove(i, 2);
            break;
        }
    }
    s.setValue(QStringLiteral("day/frames"), (QStringList{dayFolder, key} + known).mid(0, most));
}

} // namespace birblens::settings
