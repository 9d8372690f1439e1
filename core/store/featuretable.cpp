// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/store/featuretable.h"

#include "core/model/features.h"
#include "core/store/store.h"

#include <QDir>
#include <QHash>
#include <QStandardPaths>

#include <algorithm>
#include <cmath>
#include <limits>

namespace birblens {

namespace {

constexpr qsizetype kChunk = 1024 * 1024; ///< bytes that are read at once

QString scratchPattern()
{
    const QString folder = QStandardPaths::writableLocation(QStandardPaths::CacheLocation);
    const bool made = !folder.isEmpty() && QDir().mkpath(folder);
    return (made ? folder : QDir::tempPath()) + QStringLiteral("/features-XXXXXX");
}

const int8_t *numbers(const QByteArray &bytes)
{
    return reinterpret_cast<const int8_t *>(bytes.constData());
}

} // namespace

FeatureTable::FeatureTable()
    : m_file(scratchPattern())
{
}

Error FeatureTable::unreadable() const
{
    return {QStringLiteral("The features cannot be kept at hand (%1)").arg(m_file.errorString()),
            QFileInfo(m_file.fileTemplate()).path(), QStringLiteral("Make room there")};
}

Result<std::shared_ptr<FeatureTable>>
FeatureTable::load(const QString &dayFolder, const QString &modelId, const QStringList &keys,
                   const std::shared_ptr<std::atomic_bool> &cancelled)
{
    const auto store = Store::open(dayFolder, StoreOpening::Quick);
    if (!store)
        return store.error();
    QHash<QString, int> rowOf;
    rowOf.reserve(keys.size());
    for (qsizetype row = 0; row < keys.size(); ++row)
        rowOf.insert(keys[row], static_cast<int>(row));

    std::shared_ptr<FeatureTable> table(new FeatureTable);
    if (!table->m_file.open())
        return table->unreadable();
    table->m_rows = static_cast<int>(keys.size());
    QByteArray chunk;
    bool written = true;
    const auto flush = [&] {
        written = written && table->m_file.write(chunk) == chunk.size();
        chunk.clear();
    };
    const Result<void> done =
        (*store)->readFeatures(modelId, [&](const QString &key, const QByteArray &features) {
            const auto row = rowOf.constFind(key);
            if (table->m_size == 0)
                table->m_size = features.size();
            if (row != rowOf.cend() && features.size() == table->m_size) {
                table->m_rowOfSlot.push_back(*row);
                table->m_lengths.push_back(std::sqrt(static_cast<float>(
                    dotProduct(numbers(features), numbers(features), features.size()))));
                chunk += features;
            }
            if (chunk.size() >= kChunk)
                flush();
            return written && !cancelled->load();
        });
    flush();
    if (!done)
        return done.error();
    if (!written || !table->m_file.flush())
        return table->unreadable();
    return table;
}

Result<std::vector<float>> FeatureTable::compare(int row) const
{
    const auto slot = std::find(m_rowOfSlot.begin(), m_rowOfSlot.end(), row);
    if (slot == m_rowOfSlot.end())
        return Error{QStringLiteral("This frame has no features"), {}, {}};
    const auto own = static_cast<size_t>(slot - m_rowOfSlot.begin());
    m_file.seek(static_cast<qint64>(own) * m_size);
    const QByteArray reference = m_file.read(m_size);
    if (reference.size() != m_size)
        return unreadable();

    std::vector<float> cosines(static_cast<size_t>(m_rows),
                               std::numeric_limits<float>::quiet_NaN());
    const qsizetype perChunk = std::max<qsizetype>(1, kChunk / m_size);
    QByteArray chunk(perChunk * m_size, Qt::Uninitialized);
    m_file.seek(0);
    for (size_t first = 0; first < m_rowOfSlot.size(); first += static_cast<size_t>(perChunk)) {
        const size_t end = std::min(m_rowOfSlot.size(), first + static_cast<size_t>(perChunk));
        const qint64 bytes = static_cast<qint64>(end - first) * m_size;
        if (m_file.read(chunk.data(), bytes) != bytes)
            return unreadable();
        for (size_t i = first; i < end; ++i) {
            const int8_t *other = numbers(chunk) + static_cast<qsizetype>(i - first) * m_size;
            const float lengths = m_lengths[own] * m_lengths[i];
            cosines[static_cast<size_t>(m_rowOfSlot[i])] =
                lengths > 0.0F
                    ? static_cast<float>(dotProduct(numbers(reference), other, m_size)) / lengths
                    : 0.0F;
        }
    }
    return cosines;
}

} // namespace birblens
