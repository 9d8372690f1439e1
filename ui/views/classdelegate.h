#pragma once

#include <QStyledItemDelegate>

namespace birblens {

/** A row of the class list: swatch, name, bar with the threshold's tick, probability. */
class ClassDelegate : public QStyledItemDelegate
{
    Q_OBJECT
public:
    explicit ClassDelegate(QObject *parent = nullptr);

    void paint(QPainter *painter, const QStyleOptionViewItem &option,
               const QModelIndex &index) const override;
    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override;
};

} // namespace birblens
