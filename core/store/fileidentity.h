// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QString>

#include <optional>

namespace birblens {

/** Which file a path stands for: tells a replaced file from the one that was opened. */
struct FileIdentity
{
    quint64 device = 0;
    quint64 inode = 0;
    bool operator==(const FileIdentity &) const = default;
};

/** Nothing when there is no such file. */
std::optional<FileIdentity> identityOf(const QString &path);

} // namespace birblens
