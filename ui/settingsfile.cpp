// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/settingsfile.h"

#include <QFile>
#include <QFileDevice>
#include <QTemporaryDir>

#include <atomic>

namespace birblens {

namespace {

/** Settings that could not be read must not be replaced by the few that are new. */
std::atomic_bool unread = false;

/** The text is Qt's: it passes through a file of its own. */
bool readThroughFile(QIODevice &device, QSettings::SettingsMap &map)
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("settings.ini"));
    QFile file(path);
    const QByteArray text = device.readAll();
    if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size() || !file.flush())
        return false;
    file.close();
    const QSettings settings(path, QSettings::IniFormat);
    const QStringList keys = settings.allKeys();
    for (const QString &key : keys)
        map.insert(key, settings.value(key));
    return settings.status() == QSettings::NoError;
}

bool readIni(QIODevice &device, QSettings::SettingsMap &map)
{
    const bool read = readThroughFile(device, map);
    unread = !read;
    return read;
}

bool writeIni(QIODevice &device, const QSettings::SettingsMap &map)
{
    if (unread)
        return false;
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("settings.ini"));
    {
        QSettings settings(path, QSettings::IniFormat);
        for (auto it = map.cbegin(); it != map.cend(); ++it)
            settings.setValue(it.key(), it.value());
        settings.sync();
        if (settings.status() != QSettings::NoError)
            return false;
    }
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return map.isEmpty();
    const QByteArray text = file.readAll();
    if (text.isEmpty() && !map.isEmpty())
        return false; // the disk of temporary files is full
    auto *target = qobject_cast<QFileDevice *>(&device);
    return device.write(text) == text.size() && (!target || target->flush());
}

} // namespace

QSettings::Format checkedIniFormat()
{
    static const QSettings::Format format =
        QSettings::registerFormat(QStringLiteral("ini"), readIni, writeIni);
    return format;
}

} // namespace birblens
