// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/model/modelarchive.h"

#include "core/model/memorylimit.h"

#include <QFile>
#include <QSet>

#include <c10/core/CPUAllocator.h>
#include <c10/util/Exception.h>

#include <zip.h>

namespace birblens {

namespace {

/** Deflate makes at most 1032 bytes of one (zlib's technical notes). */
constexpr quint64 largestRatio = 1032;

Error damaged(const QString &path, const QString &what)
{
    return {what, path, QStringLiteral("Copy or export the model again")};
}

} // namespace

ModelArchive::ModelArchive(QString path)
    : m_path(std::move(path))
{
}

ModelArchive::~ModelArchive()
{
    if (m_zip)
        zip_discard(m_zip);
}

Result<std::unique_ptr<ModelArchive>> ModelArchive::open(const QString &path)
{
    std::unique_ptr<ModelArchive> archive(new ModelArchive(path));
    int code = 0;
    archive->m_zip = zip_open(QFile::encodeName(path).constData(), ZIP_RDONLY, &code);
    if (!archive->m_zip)
        return damaged(path, QStringLiteral("The file is cut off or damaged"));
    if (const auto problem = archive->list())
        return *problem;
    return archive;
}

std::optional<Error> ModelArchive::list()
{
    QString folder;
    QSet<QString> seen; // libtorch itself does not tell capital letters apart
    quint64 total = 0;
    const zip_int64_t count = zip_get_num_entries(m_zip, 0);
    for (zip_int64_t i = 0; i < count; ++i) {
        zip_stat_t stat;
        zip_stat_init(&stat);
        constexpr zip_uint64_t needed =
            ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD;
        if (zip_stat_index(m_zip, static_cast<zip_uint64_t>(i), 0, &stat) != 0 ||
            (stat.valid & needed) != needed)
            return damaged(m_path, QStringLiteral("The file's table of contents is damaged"));
        const QString whole = QString::fromUtf8(stat.name);
        if (whole.endsWith(QLatin1Char('/')))
            continue;
        if (folder.isEmpty())
            folder = whole.section(QLatin1Char('/'), 0, 0) + QLatin1Char('/');
        if (!whole.startsWith(folder))
            return damaged(
                m_path,
                QStringLiteral("This is not a TorchScript file: \"%1\" lies outside its folder")
                    .arg(whole));
        if (seen.contains(whole.toCaseFolded()))
            return damaged(m_path,
                           QStringLiteral("The file holds the record \"%1\" twice").arg(whole));
        seen.insert(whole.toCaseFolded());
        const bool stored = stat.comp_method == ZIP_CM_STORE;
        if ((!stored && stat.comp_method != ZIP_CM_DEFLATE) ||
            (stored && stat.size != stat.comp_size) ||
            stat.size / largestRatio > stat.comp_size + 1)
            return damaged(m_path, QStringLiteral("The record \"%1\" says that it is larger than "
                                                  "what is stored of it can become")
                                       .arg(whole));
        total += stat.size;
        if (total > static_cast<quint64>(memoryForNetworks()))
            return Error{QStringLiteral("The file's records need more memory than may be used, %1 "
                                        "megabytes and more")
                             .arg(total / 1000000),
                         m_path, QStringLiteral("Close other programs, or open a smaller network")};
        const QString name = whole.mid(folder.size());
        m_records.insert(name, {static_cast<quint64>(i), static_cast<qint64>(stat.size)});
        m_names.append(name);
    }
    return std::nullopt;
}

qint64 ModelArchive::size(const QString &name) const
{
    const auto found = m_records.constFind(name);
    return found == m_records.cend() ? -1 : found->size;
}

/** Exactly the record's size, and then its end: there the checksum is compared. */
bool ModelArchive::fill(const Record &record, char *to) const
{
    zip_file_t *file = zip_fopen_index(m_zip, record.index, 0);
    if (!file)
        return false;
    qint64 done = 0;
    while (done < record.size) {
        const zip_int64_t read =
            zip_fread(file, to + done, static_cast<zip_uint64_t>(record.size - done));
        if (read <= 0)
            break;
        done += read;
    }
    char more = 0;
    const bool whole = done == record.size && zip_fread(file, &more, 1) == 0;
    return zip_fclose(file) == 0 && whole;
}

Result<QByteArray> ModelArchive::read(const QString &name) const
{
    const auto found = m_records.constFind(name);
    if (found == m_records.cend())
        return damaged(m_path, QStringLiteral("The record \"%1\" is missing").arg(name));
    QByteArray bytes(static_cast<qsizetype>(found->size), Qt::Uninitialized);
    if (!fill(*found, bytes.data()))
        return damaged(m_path, QStringLiteral("The record \"%1\" is damaged").arg(name));
    return bytes;
}

c10::DataPtr ModelArchive::readTensor(const QString &name) const
{
    const auto found = m_records.constFind(name);
    TORCH_CHECK(found != m_records.cend(), "the record ", name.toStdString(), " is missing");
    c10::DataPtr data = c10::GetCPUAllocator()->allocate(static_cast<size_t>(found->size));
    TORCH_CHECK(fill(*found, static_cast<char *>(data.get())), "the record ", name.toStdString(),
                " is damaged");
    return data;
}

} // namespace birblens
