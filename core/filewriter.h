// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/result.h"

#include <QByteArray>
#include <QString>

namespace birblens {

/** Why a write failed, for a person: `The disk is full`. @param number an errno. */
QString writeFailure(int number);

/**
 * Writes a file that appears whole or not at all: to a temporary file beside it, which takes its
 * place in commit(). Every write is checked to its end: the bytes are on disk (fsync) before the
 * name is theirs. Without commit() the file that was there stays and the temporary one goes; after
 * a kill clearLeftovers() finds it. A link is replaced, what it points to is not touched. A device
 * or a pipe (`/dev/stdout`) is written to as it is.
 *
 * Any thread; one writer on one thread. Failures are kept: the first one is what commit() says.
 */
class FileWriter
{
public:
    enum class Durability {
        Synced, ///< survives a power cut
        Cached, ///< what a power cut damages is noticed and made again; readable by its owner only
    };

    explicit FileWriter(const QString &path, Durability durability = Durability::Synced);
    ~FileWriter();
    FileWriter(FileWriter &&other) noexcept;
    FileWriter(const FileWriter &) = delete;
    FileWriter &operator=(const FileWriter &) = delete;

    /** @return false after a failure; nothing more is written then. */
    bool write(const char *data, qsizetype size);
    bool write(const QByteArray &bytes) { return write(bytes.constData(), bytes.size()); }
    /** On disk under its temporary name: only the renaming is left to commit(). */
    Result<void> prepare();
    /** Gives the file its name. At most once. */
    Result<void> commit();

private:
    void fail(int number);
    void discard();
    Error error() const;

    QString m_path;
    QByteArray m_target;    ///< m_path as the system wants it
    QByteArray m_temporary; ///< empty: written in place
    Durability m_durability;
    int m_file = -1;
    int m_failure = 0; ///< errno
    qint64 m_size = 0;
    bool m_prepared = false;
};

/** The whole file at once. */
Result<void> writeWholeFile(const QString &path, const QByteArray &bytes,
                            FileWriter::Durability durability = FileWriter::Durability::Synced);

/** Whether it was the disk's fault, full above all: whatever else is written there fails too. */
bool isDiskFailure(const Error &error);

/**
 * A new name beside @p path for what is being written: `.birblens-` and twelve letters and digits,
 * and the ending .part. Nothing else is ever taken for a leftover.
 */
QString temporaryNameBeside(const QString &path);

/**
 * Removes files and folders with such names from @p folder that a killed run left there: those that
 * nobody holds a lock on and that are older than a minute.
 */
void clearLeftovers(const QString &folder);

/** Whether names that differ only in case are one file in @p folder, which must be writable. */
bool foldsCase(const QString &folder);

} // namespace birblens
