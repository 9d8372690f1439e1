// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/theme.h"

#include "ui/settingsfile.h"
#include "ui/style.h"

#include <QApplication>
#include <QPalette>
#include <QSettings>
#include <QToolTip>

namespace birblens {

namespace {

const ThemeColors lightColors{QColor(0xd8, 0xd8, 0xd6), QColor(0x26, 0x27, 0x29),
                              QColor(0x65, 0x69, 0x6e), QColor(0xd2, 0xd3, 0xd4),
                              QColor(0x4f, 0x4a, 0xc4), QColor(0x1b, 0x7f, 0x4f),
                              QColor(0xb0, 0x62, 0x00), QColor(0xb8, 0x2c, 0x2c)};

const ThemeColors darkColors{QColor(0x14, 0x15, 0x16), QColor(0xd9, 0xda, 0xdb),
                             QColor(0x9a, 0x9f, 0xa5), QColor(0x41, 0x44, 0x48),
                             QColor(0x9a, 0x94, 0xff), QColor(0x52, 0xc4, 0x8b),
                             QColor(0xf0, 0xa5, 0x3c), QColor(0xff, 0x7b, 0x72)};

struct State
{
    ThemeMode mode = ThemeMode::Auto;
    bool dark = false;
    bool systemIsDark = false;
};

State &state()
{
    static State theOne;
    return theOne;
}

QPalette makePalette(bool dark)
{
    const ThemeColors &c = dark ? darkColors : lightColors;
    const QColor window = dark ? QColor(0x24, 0x26, 0x28) : QColor(0xf3, 0xf3, 0xf2);
    const QColor base = dark ? QColor(0x1b, 0x1c, 0x1e) : QColor(0xff, 0xff, 0xff);
    const QColor button = dark ? QColor(0x35, 0x38, 0x3b) : QColor(0xfa, 0xfa, 0xfa);
    const QColor text = dark ? QColor(0xe6, 0xe7, 0xe8) : QColor(0x1d, 0x1f, 0x21);
    const QColor onAccent = dark ? QColor(0x14, 0x13, 0x2b) : QColor(0xff, 0xff, 0xff);

    QPalette p(text, button, dark ? QColor(0x50, 0x54, 0x58) : QColor(0xff, 0xff, 0xff),
               dark ? QColor(0x12, 0x13, 0x14) : QColor(0xa4, 0xa6, 0xa9), c.line, text, base);
    p.setColor(QPalette::Window, window);
    p.setColor(QPalette::WindowText, text);
    p.setColor(QPalette::AlternateBase, dark ? QColor(0x20, 0x22, 0x24) : QColor(0xf8, 0xf8, 0xf7));
    p.setColor(QPalette::ButtonText, text);
    p.setColor(QPalette::BrightText, c.bad);
    p.setColor(QPalette::PlaceholderText, c.faint);
    p.setColor(QPalette::ToolTipBase, dark ? QColor(0x3a, 0x3d, 0x41) : QColor(0x2b, 0x2d, 0x30));
    p.setColor(QPalette::ToolTipText, QColor(0xf2, 0xf2, 0xf2));
    p.setColor(QPalette::Highlight, c.accent);
    p.setColor(QPalette::HighlightedText, onAccent);
    p.setColor(QPalette::Link, c.accent);
    p.setColor(QPalette::LinkVisited, c.accent);
    p.setColor(QPalette::Shadow, dark ? QColor(0, 0, 0) : QColor(0x76, 0x78, 0x7a));
    const QColor off = dark ? QColor(0x74, 0x78, 0x7c) : QColor(0x9b, 0x9e, 0xa2);
    for (const auto role : {QPalette::Text, QPalette::WindowText, QPalette::ButtonText})
        p.setColor(QPalette::Disabled, role, off);
    p.setColor(QPalette::Disabled, QPalette::Highlight, c.line);
    p.setColor(QPalette::Disabled, QPalette::HighlightedText, off);
    return p;
}

void show(ThemeMode mode)
{
    State &s = state();
    s.mode = mode;
    s.dark = mode == ThemeMode::Dark || (mode == ThemeMode::Auto && s.systemIsDark);
    const QPalette palette = makePalette(s.dark);
    QApplication::setPalette(palette);
    QToolTip::setPalette(palette);
}

ThemeMode fromText(const QString &text)
{
    if (text == QLatin1String("dark"))
        return ThemeMode::Dark;
    return text == QLatin1String("light") ? ThemeMode::Light : ThemeMode::Auto;
}

QString toText(ThemeMode mode)
{
    switch (mode) {
    case ThemeMode::Light:
        return QStringLiteral("light");
    case ThemeMode::Dark:
        return QStringLiteral("dark");
    case ThemeMode::Auto:
        break;
    }
    return QStringLiteral("auto");
}

} // namespace

void applyTheme(QApplication &app, const QString &wanted)
{
    const QByteArray gtk = qgetenv("GTK_THEME").toLower();
    state().systemIsDark = app.palette().color(QPalette::Window).lightness() < 128 ||
                           gtk.endsWith(":dark") || gtk.endsWith("-dark");
    QApplication::setStyle(new Style);
    QString mode = wanted;
    if (mode.isEmpty())
        mode = qEnvironmentVariable("BIRBLENS_THEME");
    if (mode.isEmpty())
        mode = makeSettings().value(QStringLiteral("theme")).toString();
    show(fromText(mode));
}

void setThemeMode(ThemeMode mode)
{
    show(mode);
    makeSettings().setValue(QStringLiteral("theme"), toText(mode));
}

ThemeMode themeMode()
{
    return state().mode;
}

bool isDarkTheme()
{
    return state().dark;
}

const ThemeColors &themeColors()
{
    return isDarkTheme() ? darkColors : lightColors;
}

QSettings makeSettings()
{
    return QSettings(checkedIniFormat(), QSettings::UserScope, QStringLiteral("birblens"),
                     QStringLiteral("birblens"));
}

} // namespace birblens
