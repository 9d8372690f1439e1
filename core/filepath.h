// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QByteArray>
#include <QFile>
#include <QString>
#include <QStringView>

#include <optional>

namespace birblens {

/**
 * The name of a file as text that can be kept, and back to the file's own bytes. Names that are
 * UTF-8 are themselves. Of others (cards written by old cameras: Latin-1, Shift-JIS) every byte
 * that is not UTF-8 becomes a private-use character, U+EF80 for 0x80 to U+EFFF for 0xFF, as
 * MirBSD's OPTU-8 has it (https://www.mirbsd.org/htman/i386/man3/optu8to16.htm); so do the bytes of
 * such a character in a name, and of U+FEFF, which readers of UTF-8 drop.
 * nativePath(pathFromNative(bytes)) == bytes for all bytes, and different bytes are different
 * texts.
 *
 * Everything that opens, moves or asks about a frame's file goes by nativePath(): Qt 6 has no hook
 * for names and would look for another file.
 */
QString pathFromNative(const QByteArray &bytes);
QByteArray nativePath(const QString &path);
/** True for a name that Qt's own classes cannot open. */
bool hasForeignBytes(const QString &path);
/** For people to read: foreign bytes as `\xE4`. */
QString readablePath(const QString &path);

/** Opens for reading, whatever the name is; never a FIFO, a device or a folder. */
bool openForReading(QFile &file, const QString &path);

/** What stat() says of a file, links followed. */
struct FileFacts
{
    enum class Kind { Regular, Folder, Other };

    Kind kind = Kind::Other;
    qint64 bytes = 0;
    qint64 modified = 0; ///< ms since 1970
};
std::optional<FileFacts> fileFacts(const QString &path); ///< nothing when it is not there
bool isLink(const QString &path);                        ///< the name itself, also a broken one

/** A file's name without its ending: all before the last dot, unless the name begins with it. */
inline QStringView stemOf(QStringView fileName)
{
    const qsizetype dot = fileName.lastIndexOf(QLatin1Char('.'));
    return dot > 0 ? fileName.left(dot) : fileName;
}

} // namespace birblens
