// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/analysis/classcolor.h"

#include <QColor>
#include <QString>

class QApplication;
class QSettings;

namespace birblens {

/** All distances in the window are multiples of it. */
inline constexpr int kUnit = 8;

enum class ThemeMode { Auto, Light, Dark };

/** What QPalette has no role for. */
struct ThemeColors
{
    QColor surround;   ///< around the photograph: neutral, so that its colours are judged rightly
    QColor onSurround; ///< text there
    QColor faint;      ///< secondary text
    QColor line;       ///< separators, empty bars
    QColor accent;     ///< the one accent
    QColor good;
    QColor warn;
    QColor bad;
};

/**
 * Style and palette of the whole application. @p wanted is `light`, `dark` or `auto`; when empty
 * the environment's BIRBLENS_THEME, then what the View menu stored decides. Auto follows the
 * system's palette as it was before the call. Call once, before the first widget.
 */
void applyTheme(QApplication &app, const QString &wanted = {});
/** Changes the running application and stores the choice. */
void setThemeMode(ThemeMode mode);
ThemeMode themeMode();
bool isDarkTheme();
const ThemeColors &themeColors();

/** The window's own settings file, the same whatever the program is called. */
QSettings makeSettings();

} // namespace birblens
