// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

// Torch-private: included by model/ sources only.

#include "core/result.h"

#include <QByteArray>
#include <QHash>
#include <QString>
#include <QStringList>

#include <c10/core/Allocator.h>

#include <memory>

struct zip;

namespace birblens {

/**
 * The records of a PyTorch file: a ZIP archive with one folder. Nothing in it is trusted. Names are
 * relative to that folder, such as `code/__torch__.py`.
 */
class ModelArchive
{
public:
    /**
     * Errors: no such archive, names that are there twice or outside the folder, records that are
     * larger than what is stored of them can become, records that need more memory than there is.
     */
    static Result<std::unique_ptr<ModelArchive>> open(const QString &path);
    ~ModelArchive();

    const QString &path() const { return m_path; }
    const QStringList &names() const { return m_names; } ///< in the archive's order
    bool has(const QString &name) const { return m_records.contains(name); }
    /** Bytes of the record when it is unpacked; -1 when there is none. */
    qint64 size(const QString &name) const;
    /** A record whose checksum is right. */
    Result<QByteArray> read(const QString &name) const;
    /** The same in memory of libtorch's own. Throws c10::Error. */
    c10::DataPtr readTensor(const QString &name) const;

private:
    struct Record
    {
        quint64 index = 0;
        qint64 size = 0;
    };
    explicit ModelArchive(QString path);
    std::optional<Error> list();
    bool fill(const Record &record, char *to) const;

    QString m_path;
    zip *m_zip = nullptr; ///< owned
    QStringList m_names;
    QHash<QString, Record> m_records;
};

} // namespace birblens
