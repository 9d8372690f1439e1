// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include "core/result.h"

#include <QStringList>
#include <QTemporaryFile>

#include <atomic>
#include <memory>
#include <vector>

namespace birblens {

/**
 * The features of a day's frames, side by side in an unnamed file in the cache folder: comparing
 * one frame with all of them reads it once from end to end, and nothing of it stays in memory but
 * four numbers a frame. For a worker, one at a time; gone with the object.
 */
class FeatureTable
{
public:
    /**
     * Reads what the store in @p dayFolder has of @p modelId's features.
     * @param keys of the day's frames, by row. @param cancelled then the table is of no use.
     */
    static Result<std::shared_ptr<FeatureTable>>
    load(const QString &dayFolder, const QString &modelId, const QStringList &keys,
         const std::shared_ptr<std::atomic_bool> &cancelled);

    int rows() const { return m_rows; }                                ///< of the day
    int count() const { return static_cast<int>(m_rowOfSlot.size()); } ///< that have features

    /**
     * The cosine of each row's features with @p row's, by row: -1 to 1, not a number where a row
     * has none. An error when @p row has none, or the file cannot be read.
     */
    Result<std::vector<float>> compare(int row) const;

private:
    FeatureTable();
    Error unreadable() const;

    mutable QTemporaryFile m_file; ///< count() times m_size bytes
    int m_rows = 0;
    qsizetype m_size = 0; ///< bytes of a vector
    std::vector<int> m_rowOfSlot;
    std::vector<float> m_lengths; ///< by slot
};

} // namespace birblens
