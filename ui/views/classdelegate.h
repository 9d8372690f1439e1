// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QStyledItemDelegate>

namespace birblens {

/** A row of the class list: swatch, name, bar with the threshold's tick, probability. */
class ClassDelegate : public QStyledItemDelegate
{
    Q_OBJECT
public:
    explicit ClassDelegate(QObject *parent = nullptr);

    /** The part of a row that names may take, 0..1: long names need more of it than short ones. */
    void setNameShare(double share) { m_nameShare = share; }

    void paint(QPainter *painter, const QStyleOptionViewItem &option,
               const QModelIndex &index) const override;
    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override;

private:
    double m_nameShare = 0.44;
};

} // namespace birblens
