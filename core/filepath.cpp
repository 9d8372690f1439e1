// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/filepath.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace birblens {

namespace {

constexpr char16_t escapeBase = 0xEF00; ///< plus the byte, 0x80 to 0xFF

bool isEscape(QChar c)
{
    return c.unicode() >= escapeBase + 0x80 && c.unicode() <= escapeBase + 0xFF;
}

/** How many bytes the UTF-8 sequence at @p at has; 0 when there is none (RFC 3629). */
int sequenceLength(const uchar *at, qsizetype left)
{
    const auto follows = [&](int index, uchar low = 0x80, uchar high = 0xBF) {
        return index < left && at[index] >= low && at[index] <= high;
    };
    const uchar first = at[0];
    if (first < 0x80)
        return 1;
    if (first >= 0xC2 && first <= 0xDF)
        return follows(1) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
        const uchar low = first == 0xE0 ? 0xA0 : 0x80;
        const uchar high = first == 0xED ? 0x9F : 0xBF; // no surrogates
        return follows(1, low, high) && follows(2) ? 3 : 0;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        const uchar low = first == 0xF0 ? 0x90 : 0x80;
        const uchar high = first == 0xF4 ? 0x8F : 0xBF;
        return follows(1, low, high) && follows(2) && follows(3) ? 4 : 0;
    }
    return 0;
}

} // namespace

QString pathFromNative(const QByteArray &bytes)
{
    const auto *data = reinterpret_cast<const uchar *>(bytes.constData());
    bool ascii = true;
    for (qsizetype i = 0; i < bytes.size() && ascii; ++i)
        ascii = data[i] < 0x80;
    if (ascii)
        return QString::fromLatin1(bytes);
    QString path;
    path.reserve(bytes.size());
    for (qsizetype at = 0; at < bytes.size();) {
        const int length = sequenceLength(data + at, bytes.size() - at);
        // Empty for U+FEFF, which readers of UTF-8 drop as a byte order mark: its bytes are kept.
        const QString character =
            length > 0 ? QString::fromUtf8(bytes.constData() + at, length) : QString();
        const int taken = length > 0 ? length : 1;
        if (!character.isEmpty() && !isEscape(character.front())) {
            path += character;
        } else {
            for (int i = 0; i < taken; ++i)
                path += QChar(static_cast<char16_t>(escapeBase + data[at + i]));
        }
        at += taken;
    }
    return path;
}

QByteArray nativePath(const QString &path)
{
    if (!hasForeignBytes(path))
        return path.toUtf8();
    QByteArray bytes;
    qsizetype from = 0;
    for (qsizetype i = 0; i < path.size(); ++i) {
        if (!isEscape(path[i]))
            continue;
        bytes += QStringView(path).mid(from, i - from).toUtf8();
        bytes += static_cast<char>(path[i].unicode() - escapeBase);
        from = i + 1;
    }
    return bytes + QStringView(path).mid(from).toUtf8();
}

bool hasForeignBytes(const QString &path)
{
    for (const QChar c : path) {
        if (isEscape(c))
            return true;
    }
    return false;
}

QString readablePath(const QString &path)
{
    QString text;
    for (const QChar c : path) {
        if (isEscape(c))
            text += QStringLiteral("\\x%1").arg(
                QString::number(c.unicode() - escapeBase, 16).toUpper());
        else
            text += c;
    }
    return text;
}

bool openForReading(QFile &file, const QString &path)
{
    file.setFileName(path); // for messages
    // Without waiting: opening a FIFO that nobody writes to would never return.
    const int handle = ::open(nativePath(path).constData(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (handle < 0) {
        file.open(QIODevice::ReadOnly); // so that errorString() says why
        return false;
    }
    struct stat facts = {};
    if (::fstat(handle, &facts) != 0 || !S_ISREG(facts.st_mode) ||
        !file.open(handle, QIODevice::ReadOnly, QFileDevice::AutoCloseHandle)) {
        ::close(handle);
        return false;
    }
    return true;
}

std::optional<FileFacts> fileFacts(const QString &path)
{
    struct stat found = {};
    if (::stat(nativePath(path).constData(), &found) != 0)
        return std::nullopt;
    FileFacts facts;
    facts.kind = S_ISREG(found.st_mode)   ? FileFacts::Kind::Regular
                 : S_ISDIR(found.st_mode) ? FileFacts::Kind::Folder
                                          : FileFacts::Kind::Other;
    facts.bytes = found.st_size;
    facts.modified = qint64(found.st_mtim.tv_sec) * 1000 + found.st_mtim.tv_nsec / 1000000;
    return facts;
}

bool isLink(const QString &path)
{
    struct stat found = {};
    return ::lstat(nativePath(path).constData(), &found) == 0 && S_ISLNK(found.st_mode);
}

} // namespace birblens
