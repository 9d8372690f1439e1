// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QStringList>

class QMainWindow;

namespace birblens {

class OverlayView;
class ReviewSession;

/** What the window remembers between two runs. */
namespace settings {

void saveWindow(const QMainWindow &window, const OverlayView &view, const ReviewSession &session);
/** False when there is nothing to restore. */
bool restoreWindow(QMainWindow &window, OverlayView &view, ReviewSession &session);

enum class Kind { Day, Model };
QStringList recent(Kind kind);
void addRecent(Kind kind, const QString &path);
void clearRecent(Kind kind);
/** Open when the window was closed; empty when none was. */
QString last(Kind kind);
void setLast(Kind kind, const QString &path);
/** Folders of the list of days. */
QStringList dayFolders();
void setDayFolders(const QStringList &folders);
/** The frame that was looked at last in that day; empty when none is known. */
QString lastFrame(const QString &dayFolder);
/** Of the last 200 days. */
void setLastFrame(const QString &dayFolder, const QString &key);

} // namespace settings

} // namespace birblens
